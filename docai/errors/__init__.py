"""Every error we raise, as one tree; each says whether a retry can help.

DocaiError
├── InputError                 the caller's file or words; never retried
│   ├── UnsupportedFormat · EmptyFile · DocumentUnreadable · DocumentEncrypted · WrongPassword
│   ├── DocumentTooLarge · TooManyPages · NoPages · UploadIncomplete
│   ├── InvalidQuestion · InvalidRequest · PageOutOfRange · WebhookUrlRefused
│   ├── TooManyFiles · IdempotencyKeyMalformed · IdempotencyKeyReused
│   └── InvalidSchema · InvalidCorrection · DatasetMissing · DatasetDamaged
├── PageError                  one page could not be read; the rest of the document can
│   ├── PageTimedOut · PageCrashed · PageUnreadable · PageTooLarge · PageGivenUp
│   └── PrintTooSmall · TokenBudgetExceeded
├── NotFound
│   ├── DocumentNotFound · PageNotFound · JobNotFound · BatchNotFound · ErasureNotFound
│   └── WebhookNotFound · DeliveryNotFound · ExtractionNotFound · RevisionNotFound
├── Conflict
│   ├── DocumentNotReady · LeaseLost · WebhookDisabled · TooManyWebhooks
│   ├── JobEnded · JobUnfinished · NothingToRetry · RequestInProgress
│   └── RevisionConflict · NothingToReview
├── Overloaded                 there is too much to do already; the same request succeeds later
│   └── TooManyJobs
├── AccessError                NotAuthenticated · CloudNotAllowed
├── EngineError                EngineUnavailable · InvalidEmbedding · ReplyUnreadable · TokenMismatch
├── StoreError                 StoreUnavailable · StoreFull · BlobMissing · IndexMismatch · IndexMissing
└── ConfigurationError         found at start; the process does not come up
    └── HomeInUse · WrongSecretKey · CheckpointRefused · ModelUnknown · ModelPools
"""

from docai.errors.callers import (
    AccessError,
    BatchNotFound,
    CloudNotAllowed,
    Conflict,
    DatasetDamaged,
    DatasetMissing,
    DeliveryNotFound,
    DocumentEncrypted,
    DocumentNotFound,
    DocumentNotReady,
    DocumentTooLarge,
    DocumentUnreadable,
    EmptyFile,
    ErasureNotFound,
    ExtractionNotFound,
    IdempotencyKeyMalformed,
    IdempotencyKeyReused,
    InputError,
    InvalidCorrection,
    InvalidQuestion,
    InvalidRequest,
    InvalidSchema,
    JobEnded,
    JobNotFound,
    JobUnfinished,
    LeaseLost,
    NoPages,
    NotAuthenticated,
    NotFound,
    NothingToRetry,
    NothingToReview,
    Overloaded,
    PageNotFound,
    PageOutOfRange,
    RequestInProgress,
    RevisionConflict,
    RevisionNotFound,
    TooManyFiles,
    TooManyJobs,
    TooManyPages,
    TooManyWebhooks,
    UnsupportedFormat,
    UploadIncomplete,
    WebhookDisabled,
    WebhookNotFound,
    WebhookUrlRefused,
    WrongPassword,
)
from docai.errors.root import (
    DocaiError,
)
from docai.errors.work import (
    BlobMissing,
    CheckpointRefused,
    ConfigurationError,
    EngineError,
    EngineUnavailable,
    HomeInUse,
    IndexMismatch,
    IndexMissing,
    InvalidEmbedding,
    ModelPools,
    ModelUnknown,
    PageCrashed,
    PageError,
    PageGivenUp,
    PageTimedOut,
    PageTooLarge,
    PageUnreadable,
    PrintTooSmall,
    ReplyUnreadable,
    StoreError,
    StoreFull,
    StoreUnavailable,
    TokenBudgetExceeded,
    TokenMismatch,
    WrongSecretKey,
)

__all__ = [
    "AccessError",
    "BatchNotFound",
    "BlobMissing",
    "CheckpointRefused",
    "CloudNotAllowed",
    "ConfigurationError",
    "Conflict",
    "DatasetDamaged",
    "DatasetMissing",
    "DeliveryNotFound",
    "DocaiError",
    "DocumentEncrypted",
    "DocumentNotFound",
    "DocumentNotReady",
    "DocumentTooLarge",
    "DocumentUnreadable",
    "EmptyFile",
    "EngineError",
    "EngineUnavailable",
    "ErasureNotFound",
    "ExtractionNotFound",
    "HomeInUse",
    "IdempotencyKeyMalformed",
    "IdempotencyKeyReused",
    "IndexMismatch",
    "IndexMissing",
    "InputError",
    "InvalidCorrection",
    "InvalidEmbedding",
    "InvalidQuestion",
    "InvalidRequest",
    "InvalidSchema",
    "JobEnded",
    "JobNotFound",
    "JobUnfinished",
    "LeaseLost",
    "ModelPools",
    "ModelUnknown",
    "NoPages",
    "NotAuthenticated",
    "NotFound",
    "NothingToRetry",
    "NothingToReview",
    "Overloaded",
    "PageCrashed",
    "PageError",
    "PageGivenUp",
    "PageNotFound",
    "PageOutOfRange",
    "PageTimedOut",
    "PageTooLarge",
    "PageUnreadable",
    "PrintTooSmall",
    "ReplyUnreadable",
    "RequestInProgress",
    "RevisionConflict",
    "RevisionNotFound",
    "StoreError",
    "StoreFull",
    "StoreUnavailable",
    "TokenBudgetExceeded",
    "TokenMismatch",
    "TooManyFiles",
    "TooManyJobs",
    "TooManyPages",
    "TooManyWebhooks",
    "UnsupportedFormat",
    "UploadIncomplete",
    "WebhookDisabled",
    "WebhookNotFound",
    "WebhookUrlRefused",
    "WrongPassword",
    "WrongSecretKey",
]
