"""Fields that a JSON Schema asks for, from documents that were read: by rules, or with a vision-language model."""
