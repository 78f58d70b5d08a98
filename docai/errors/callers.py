"""Errors of callers: what they sent, asked for, or may not do."""

from __future__ import annotations

from docai.errors.root import DocaiError


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


class DatasetMissing(InputError):
    """A data set to measure on, or a file of it, is not where it is looked for."""

    code = "dataset_missing"


class DatasetDamaged(InputError):
    """A file of a data set is not as the set is published."""

    code = "dataset_damaged"


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


class InvalidSchema(InputError):
    """The JSON Schema of an extraction is none, refers to itself, or is larger than the limit."""

    code = "invalid_schema"


class InvalidCorrection(InputError):
    """A correction names no value of the page, or one value twice."""

    code = "invalid_correction"


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


class ExtractionNotFound(NotFound):
    """No extraction of this tenant has the id."""

    code = "extraction_not_found"


class RevisionNotFound(NotFound):
    """The page has no revision of this number."""

    code = "revision_not_found"


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


class RevisionConflict(Conflict):
    """The page has another result by now than the one that was looked at; read it again and correct that."""

    code = "revision_conflict"


class NothingToReview(Conflict):
    """The page has no result that could be corrected: it is being read, failed, or is blank."""

    code = "nothing_to_review"


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


class CloudNotAllowed(AccessError):
    """The model runs at a provider, and the tenant did not say that its pages may go there."""

    code = "cloud_not_allowed"
