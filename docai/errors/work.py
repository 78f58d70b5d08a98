"""Errors of our own work: pages, engines, stores and settings."""

from __future__ import annotations

from docai.errors.root import DocaiError


class PageError(DocaiError):
    """One page could not be read; the others are not touched."""

    code = "page_failed"


class PageTimedOut(PageError):
    """The page took longer than the limit; its process was killed."""

    code = "page_timed_out"


class PageCrashed(PageError):
    """The page killed the process that read it."""

    code = "page_crashed"


class PageUnreadable(PageError):
    """The page is damaged beyond what the reader can repair."""

    code = "page_unreadable"


class PageTooLarge(PageError):
    """The page has no resolution at which it is within the pixel limit."""

    code = "page_too_large"


class PageGivenUp(PageError):
    """The page was not tried: its document has used up the time that it may take."""

    code = "page_given_up"


class PrintTooSmall(PageError):
    """However the page is cut, the model would see its smallest print below the resolution that is asked for."""

    code = "print_too_small"


class TokenBudgetExceeded(PageError):
    """The page's image, prompt and output do not fit into the model's context."""

    code = "token_budget_exceeded"


class EngineError(DocaiError):
    """A model or reader failed."""

    code = "engine_failed"


class EngineUnavailable(EngineError):
    """An engine could not be started or was lost."""

    code = "engine_unavailable"
    retryable = True


class InvalidEmbedding(EngineError):
    """An encoder gave NaN, infinite, zero or wrongly shaped vectors."""

    code = "invalid_embedding"


class ReplyUnreadable(EngineError):
    """A model's text is not in the dialect that it was asked for."""

    code = "reply_unreadable"


class TokenMismatch(EngineError):
    """An image would be seen by the model otherwise than it was planned."""

    code = "token_mismatch"


class StoreError(DocaiError):
    """A store failed."""

    code = "store_failed"


class StoreUnavailable(StoreError):
    """A store does not answer."""

    code = "store_unavailable"
    retryable = True


class StoreFull(StoreError):
    """The disk is full; nothing was kept of what was being stored."""

    code = "store_full"
    retryable = True


class BlobMissing(StoreError):
    """A record names a blob that is not there."""

    code = "blob_missing"


class IndexMismatch(StoreError):
    """The index was built by another encoder; rebuild it."""

    code = "index_mismatch"


class IndexMissing(StoreError):
    """No page was ever embedded: there is no index to search yet."""

    code = "index_missing"
    retryable = True


class ConfigurationError(DocaiError):
    """The settings contradict themselves or the machine; the process does not come up."""

    code = "misconfigured"


class HomeInUse(ConfigurationError):
    """Another process works on this DOCAI_HOME."""

    code = "home_in_use"


class WrongSecretKey(ConfigurationError):
    """A stored secret was sealed with a key that this process does not have."""

    code = "wrong_secret_key"


class CheckpointRefused(ConfigurationError):
    """A model's files are missing, damaged, not safetensors, of an unknown architecture, or want to run code."""

    code = "checkpoint_refused"


class ModelUnknown(ConfigurationError):
    """No rule is known by which the model turns images into tokens, so its tokens cannot be planned."""

    code = "model_unknown"


class ModelPools(ConfigurationError):
    """The model pools or resamples its image tokens, which loses small print: it may read no text, table or chart."""

    code = "model_pools"
