"""A DocaiError to an RFC 9457 problem; the one table of HTTP statuses."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from docai import errors
from docai.api.schemas.problems import Problem

STATUSES: dict[type[errors.DocaiError], HTTPStatus] = {
    errors.DocaiError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnsupportedFormat: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.DocumentTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UploadIncomplete: HTTPStatus.BAD_REQUEST,
    errors.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyFiles: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.IdempotencyKeyMalformed: HTTPStatus.BAD_REQUEST,
    errors.PageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TooManyJobs: HTTPStatus.TOO_MANY_REQUESTS,
    errors.AccessError: HTTPStatus.FORBIDDEN,
    errors.NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    errors.CloudNotAllowed: HTTPStatus.FORBIDDEN,
    errors.EngineError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.EngineUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreFull: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.IndexMissing: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ConfigurationError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""A class without a row has the status of its nearest ancestor with one."""

MEDIA_TYPE = "application/problem+json"


def status_for(kind: type[errors.DocaiError]) -> HTTPStatus:
    """The HTTP status of an error class."""
    return next(STATUSES[ancestor] for ancestor in kind.__mro__ if ancestor in STATUSES)


def problem_response(error: errors.DocaiError, request_id: str) -> Response:
    """An error as a response."""
    status = status_for(type(error))
    headers = {}
    if error.retryable:
        headers["Retry-After"] = "2"
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return _response(status, error.code, error.message, request_id, error.retryable, error.details, headers)


def problem_of(error: errors.DocaiError, request_id: str) -> Problem:
    """An error as a problem, for an event of a response that began well."""
    return _problem(status_for(type(error)), error.code, error.message, request_id, error.retryable, error.details)


def add_error_handlers(app: FastAPI) -> None:
    """Have every error of `app` answered as a problem."""
    app.add_exception_handler(errors.DocaiError, _docai_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _client_gone)


def _docai_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.DocaiError)
    return problem_response(error, request.state.request_id)


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return problem_response(errors.InvalidRequest(f"{place}: {first['msg']}"), request.state.request_id)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    return _response(status, code, str(error.detail), request.state.request_id, False, {}, dict(error.headers or {}))


def _client_gone(request: Request, error: Exception) -> Response:
    cut = errors.UploadIncomplete("The connection ended before the upload did; nothing was kept. Send it again.")
    return problem_response(cut, request.state.request_id)


def _problem(
    status: HTTPStatus, code: str, detail: str, request_id: str, retryable: bool, details: dict[str, object]
) -> Problem:
    return Problem(
        type=f"urn:docai:problem:{code}",
        title=status.phrase,
        status=status,
        detail=detail,
        code=code,
        retryable=retryable,
        request_id=request_id,
        details=details,
    )


def _response(
    status: HTTPStatus,
    code: str,
    detail: str,
    request_id: str,
    retryable: bool,
    details: dict[str, object],
    headers: dict[str, str],
) -> Response:
    problem = _problem(status, code, detail, request_id, retryable, details)
    return JSONResponse(problem.model_dump(mode="json"), status, headers, media_type=MEDIA_TYPE)
