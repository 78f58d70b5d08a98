"""Vision-language models: images and a prompt to text."""
