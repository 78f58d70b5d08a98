"""A data set through docai's own pipeline: resumable, in parallel, with everything kept."""
