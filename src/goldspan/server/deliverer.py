"""A thread that tells webhooks what happened, while the server runs.

Messages wait in the database, written there in the transaction of what they tell of. Several
servers may share them: each claims some before it sends them, and what was claimed by one that
died is due again when the claim ends. So a message is delivered at least once; receivers know it
again by its ``webhook-id``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import httpx

from goldspan._version import __version__
from goldspan.domain.webhook import PING, refusal, sign
from goldspan.errors import WebhookFailed
from goldspan.services.announce import message
from goldspan.services.webhooks import keep_outcome, refuse_others
from goldspan.storage.ids import new_id
from goldspan.storage.rows import DeliveryRow, OutcomeRow, WebhookRow
from goldspan.storage.store import Store, Unit

log = logging.getLogger("goldspan.server")

LOOK_AGAIN_S = 0.5
AFTER_FAILURE_S = 10.0
AT_ONCE = 8
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
CLAIMED_FOR = timedelta(seconds=AT_ONCE * 15 + 30)
"""Longer than it takes to send all that is claimed at once, were every receiver to hang."""

DELAYS_S: tuple[float, ...] = (5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""How long to wait after the first failed attempt, the second, ...; after the last, no more."""

LONGEST_REST_S = 300

LONGEST_FAULT = 500
"""Code points kept of what was wrong: a receiver may answer with much."""


class Deliverer:
    """Sends what is due, and looks again and again for more.

    Args:
        store: where everything is kept.
        hosts: what may be sent to; see ``domain.webhook.refusal``.
    """

    def __init__(self, store: Store, hosts: Collection[str]) -> None:
        self._store = store
        self._hosts = hosts
        self._rests: dict[str, tuple[int, float]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="goldspan-webhooks", daemon=True)

    def start(self) -> None:
        """Begin; what is registered is brought up to date with the hosts first."""
        self._store.write(lambda unit: refuse_others(unit, self._hosts)).result()
        self._thread.start()

    def stop(self) -> None:
        """End after the message under way; what still waits is written down."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        pause_s = 0.0
        with make_client() as client:
            while not self._stopping.wait(pause_s):
                try:
                    pause_s = 0.0 if self._step(client) else LOOK_AGAIN_S
                except Exception:  # whatever it is, the next step may succeed
                    log.exception("webhooks could not be told what happened; trying again")
                    pause_s = AFTER_FAILURE_S

    def _resting(self) -> list[str]:
        """Return the webhooks that did not answer a while ago: they hold up no others."""
        now = time.monotonic()
        return [webhook_id for webhook_id, (_, until) in self._rests.items() if now < until]

    def _step(self, client: httpx.Client) -> bool:
        """Send some of what is due; say whether there was any."""
        resting = self._resting()
        with self._store.read() as unit:
            if not unit.deliveries.any_due(resting):
                return False

        def claim(unit: Unit) -> tuple[list[DeliveryRow], dict[str, WebhookRow]]:
            claimed = unit.deliveries.claim(AT_ONCE, unit.now + CLAIMED_FOR, resting)
            return claimed, {webhook.id: webhook for webhook in unit.webhooks.all()}

        claimed, webhooks = self._store.write(claim).result()
        for delivery in claimed:
            self._deliver(client, webhooks[delivery.webhook_id], delivery)
        return bool(claimed)

    def _deliver(self, client: httpx.Client, webhook: WebhookRow, delivery: DeliveryRow) -> None:
        if not webhook.enabled or webhook.refused is not None:
            self._store.write(lambda unit: unit.deliveries.delete(delivery.id)).result()
        elif self._stopping.is_set() or webhook.id in self._resting():
            self._put_off(delivery)
        else:
            try:
                status = send(client, webhook, self._hosts, delivery.id, delivery.body)
            except WebhookFailed as error:
                self._failed(delivery, error)
            else:
                self._arrived(delivery, status)

    def _arrived(self, delivery: DeliveryRow, status: int) -> None:
        self._rests.pop(delivery.webhook_id, None)

        def settle(unit: Unit) -> None:
            unit.deliveries.delete(delivery.id)
            keep_outcome(unit, _outcome(delivery, unit.now, status))

        self._store.write(settle).result()

    def _failed(self, delivery: DeliveryRow, error: WebhookFailed) -> None:
        attempts = delivery.attempts + 1
        if "status" not in error.params:
            failures = self._rests.get(delivery.webhook_id, (0, 0.0))[0]
            delay_s = DELAYS_S[min(failures, len(DELAYS_S) - 1)]
            until = time.monotonic() + min(delay_s, LONGEST_REST_S)
            self._rests[delivery.webhook_id] = failures + 1, until
        given_up = attempts > len(DELAYS_S)
        delay_s = 0.0 if given_up else DELAYS_S[attempts - 1]
        if given_up:
            log.error("%s; given up after %d attempts", error, attempts)
        else:
            log.warning("%s; next attempt in %g s", error, delay_s)

        def settle(unit: Unit) -> None:
            if given_up:
                unit.deliveries.delete(delivery.id)
            else:
                due_at = unit.now + timedelta(seconds=delay_s)
                unit.deliveries.put_off(delivery.id, attempts, due_at)
            status = error.params.get("status")
            keep_outcome(unit, _outcome(delivery, unit.now, status, str(error), given_up))

        self._store.write(settle).result()

    def _put_off(self, delivery: DeliveryRow) -> None:
        self._store.write(
            lambda unit: unit.deliveries.put_off(delivery.id, delivery.attempts, unit.now)
        ).result()


def _outcome(
    delivery: DeliveryRow,
    at: datetime,
    status: int | None,
    fault: str | None = None,
    given_up: bool = False,
) -> OutcomeRow:
    return OutcomeRow(
        webhook_id=delivery.webhook_id,
        arrived=fault is None,
        event=delivery.event,
        at=at,
        attempts=delivery.attempts + 1,
        status=status,
        fault=None if fault is None else fault[:LONGEST_FAULT],
        given_up=given_up,
    )


def make_client() -> httpx.Client:
    """Return a client that goes to a URL itself and nowhere else."""
    agent = {"User-Agent": f"goldspan/{__version__}", "Content-Type": "application/json"}
    return httpx.Client(headers=agent, timeout=TIMEOUT, follow_redirects=False, trust_env=False)


def send(
    client: httpx.Client, webhook: WebhookRow, hosts: Collection[str], message_id: str, body: str
) -> int:
    """Send a message, signed; return the status of the answer, 2xx. Raises WebhookFailed.

    The host is looked at once more as the client understands the URL: that is where it connects.
    """
    about = f"webhook {webhook.id!r}"
    try:
        url = httpx.URL(webhook.url)
        refused = refusal(url.scheme, url.host, url.port, hosts)
        if refused is not None:
            raise WebhookFailed(f"{about}: {refused}", webhook_id=webhook.id)
        sent_at = int(time.time())
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(sent_at),
            "webhook-signature": sign(webhook.secret, message_id, sent_at, body.encode()),
        }
        # Only the status counts; whatever the body is, it is not read.
        with client.stream("POST", url, content=body.encode(), headers=headers) as answer:
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WebhookFailed(
            f"{about} expected an answer from its url, found {type(error).__name__}: {error}; "
            "see that its receiver runs and can be reached from this server",
            webhook_id=webhook.id,
        ) from error
    if not 200 <= status < 300:
        raise WebhookFailed(
            f"{about} expected an answer of 2xx from its url, found {status}; look into its "
            "receiver's log, and give the url itself where it redirects",
            webhook_id=webhook.id,
            status=status,
        )
    return status


def ping(webhook: WebhookRow, hosts: Collection[str]) -> None:
    """Send a webhook a message of no meaning, now and once. Raises WebhookFailed."""
    now = datetime.now(UTC).replace(tzinfo=None)
    body = message(PING, now, {"agent": "goldspan", "version": __version__})
    with make_client() as client:
        send(client, webhook, hosts, new_id(), body)
