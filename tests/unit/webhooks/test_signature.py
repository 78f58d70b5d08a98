"""Our signatures verify with the reference library of Standard Webhooks."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from docai.webhooks.signature import new_secret, signed_headers

PAYLOAD = b'{"type":"document.ready","data":{"name":"\xc3\xa9"}}'


def test_a_secret_is_random_and_long_enough() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in secrets} == {32}


def test_the_reference_library_verifies() -> None:
    secret = new_secret()
    headers = signed_headers("msg_1", PAYLOAD, sent_at=datetime.now(UTC), signing_secrets=[secret])
    assert Webhook(secret).verify(PAYLOAD, headers)["type"] == "document.ready"


def test_both_secrets_verify_while_one_is_being_changed() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers("msg_1", PAYLOAD, sent_at=datetime.now(UTC), signing_secrets=[new, old])
    for secret in (old, new):
        assert Webhook(secret).verify(PAYLOAD, headers)


def test_another_secret_body_id_or_hour_does_not_verify() -> None:
    secret = new_secret()
    now = datetime.now(UTC)
    headers = signed_headers("msg_1", PAYLOAD, sent_at=now, signing_secrets=[secret])
    old = signed_headers("msg_1", PAYLOAD, sent_at=now - timedelta(hours=1), signing_secrets=[secret])
    for webhook, body, given in (
        (Webhook(new_secret()), PAYLOAD, headers),
        (Webhook(secret), PAYLOAD + b" ", headers),
        (Webhook(secret), PAYLOAD, headers | {"webhook-id": "msg_2"}),
        (Webhook(secret), PAYLOAD, old),
    ):
        with pytest.raises(WebhookVerificationError):
            webhook.verify(body, given)


def test_the_specifications_example_is_reproduced() -> None:
    # Secret, id, timestamp, body and signature as the specification's reference implementations test them.
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        sent_at=datetime.fromtimestamp(1614265330, UTC),
        signing_secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
