"""Every error we raise, as one tree; each says whether a retry can help.

DocaiError
├── InputError                 the caller's file or words; never retried
│   ├── UnsupportedFormat · EmptyFile · DocumentUnreadable · DocumentEncrypted · WrongPassword
│   ├── DocumentTooLarge · TooManyPages · NoPages · UploadIncomplete
│   ├── InvalidQuestion · InvalidRequest · PageOutOfRange · WebhookUrlRefused
│   └── TooManyFiles · IdempotencyKeyMalformed · IdempotencyKeyReused
├── PageError                  one page could not be read; the rest of the document can
│   └── PageTimedOut · PageCrashed · PageUnreadable · PageTooLarge · PageGivenUp
├── NotFound
│   ├── DocumentNotFound · PageNotFound · JobNotFound · BatchNotFound · ErasureNotFound
│   └── WebhookNotFound · DeliveryNotFound
├── Conflict
│   ├── DocumentNotReady · LeaseLost · WebhookDisabled · TooManyWebhooks
│   └── JobEnded · JobUnfinished · NothingToRetry · RequestInProgress
├── Overloaded                 there is too much to do already; the same request succeeds later
│   └── TooManyJobs
├── AccessError                NotAuthenticated
├── EngineError                EngineUnavailable · InvalidEmbedding
├── StoreError                 StoreUnavailable · StoreFull · BlobMissing · IndexMismatch · IndexMissing
└── ConfigurationError         found at start; the process does not come up
    └── HomeInUse · WrongSecretKey · CheckpointRefused
"""

from __future__ import annotations

from typing import ClassVar


class DocaiError(Exception):
    """The root of every error we raise. `code` is stable: clients may branch on it."""

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, **details: object) -> None:
        """Say what happened and what to do next in `message`; `details` are facts for machines."""
        super().__init__(message)
        self.message = message
        self.details = details


class InputError(DocaiError):
    """The caller's file or words cannot be used as they are."""

    code = "invalid_input"


class UnsupportedFormat(InputError):
    """The first bytes are not those of a format we read."""

    code = "unsupported_format"


class EmptyFile(InputError):
    """The file has zero bytes."""

    code = "empty_file"


class DocumentUnreadable(InputError):
    """The file is damaged beyond what the reader can repair."""

    code = "document_unreadable"


class DocumentEncrypted(InputError):
    """The file needs a password and none was given."""

    code = "document_encrypted"


class WrongPassword(InputError):
    """The password given does not open the file."""

    code = "wrong_password"


class DocumentTooLarge(InputError):
    """The file has more bytes than the limit."""

    code = "document_too_large"


class TooManyPages(InputError):
    """The document has more pages than the limit."""

    code = "too_many_pages"


class NoPages(InputError):
    """The document opens and has no page."""

    code = "no_pages"


class UploadIncomplete(InputError):
    """The upload ended before the announced length."""

    code = "upload_incomplete"


class InvalidQuestion(InputError):
    """The question is empty or longer than the limit."""

    code = "invalid_question"


class InvalidRequest(InputError):
    """A parameter is missing, unknown or out of range."""

    code = "invalid_request"


class PageOutOfRange(InputError):
    """A crop or page range lies outside the page or document."""

    code = "page_out_of_range"


class WebhookUrlRefused(InputError):
    """Webhooks may not be sent to this URL: it does not begin with https, or leads inside."""

    code = "webhook_url_refused"


class TooManyFiles(InputError):
    """The batch has more files than the limit."""

    code = "too_many_files"


class IdempotencyKeyMalformed(InputError):
    """The Idempotency-Key is no string of 1 to 255 printable ASCII characters."""

    code = "idempotency_key_malformed"


class IdempotencyKeyReused(InputError):
    """The Idempotency-Key was sent before with another request."""

    code = "idempotency_key_reused"


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


class NotFound(DocaiError):
    """There is no such thing, or it belongs to somebody else: we do not tell which."""

    code = "not_found"


class DocumentNotFound(NotFound):
    """No document of this tenant has the id."""

    code = "document_not_found"


class PageNotFound(NotFound):
    """The document has no page of this number."""

    code = "page_not_found"


class JobNotFound(NotFound):
    """No job of this tenant has the id."""

    code = "job_not_found"


class BatchNotFound(NotFound):
    """No batch of this tenant has the id."""

    code = "batch_not_found"


class WebhookNotFound(NotFound):
    """No webhook of this tenant has the id."""

    code = "webhook_not_found"


class DeliveryNotFound(NotFound):
    """The webhook has no delivery of this id."""

    code = "delivery_not_found"


class ErasureNotFound(NotFound):
    """No deletion of this tenant has the id."""

    code = "erasure_not_found"


class Conflict(DocaiError):
    """The thing is not in a state that allows this."""

    code = "conflict"


class DocumentNotReady(Conflict):
    """The document is still being read; ask again when its job has ended."""

    code = "document_not_ready"
    retryable = True


class LeaseLost(Conflict):
    """A worker's lease on an item ran out, or the document was cancelled, retried or deleted: its result is refused."""

    code = "lease_lost"


class WebhookDisabled(Conflict):
    """Nothing is sent to this webhook any more, since its receiver said so; enable it first."""

    code = "webhook_disabled"


class TooManyWebhooks(Conflict):
    """The tenant has as many webhooks as it may; delete one first."""

    code = "too_many_webhooks"


class JobEnded(Conflict):
    """The job has ended; what it did stands."""

    code = "job_ended"


class JobUnfinished(Conflict):
    """The document is still being read; ask again when its job has ended."""

    code = "job_unfinished"
    retryable = True


class NothingToRetry(Conflict):
    """No page of the document failed."""

    code = "nothing_to_retry"


class RequestInProgress(Conflict):
    """A request with the same Idempotency-Key is being answered."""

    code = "request_in_progress"
    retryable = True


class Overloaded(DocaiError):
    """More is waiting than is taken in, or more streams are open than are served."""

    code = "overloaded"
    retryable = True


class TooManyJobs(Overloaded):
    """The tenant has as many unfinished jobs as it may."""

    code = "too_many_jobs"


class AccessError(DocaiError):
    """The caller may not."""

    code = "not_allowed"


class NotAuthenticated(AccessError):
    """The API key is missing or unknown."""

    code = "not_authenticated"


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
