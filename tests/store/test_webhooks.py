"""What is kept of how webhooks were told, on whatever database."""

from datetime import datetime

from goldspan.services.webhooks import keep_outcome
from goldspan.storage.ids import new_id
from goldspan.storage.rows import OutcomeRow, WebhookRow
from goldspan.storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 9, 30)


def test_of_each_end_the_last_one_is_kept_until_the_webhook_goes(store: Store) -> None:
    webhook = WebhookRow(new_id(), "https://example.org", "s", ("x",), True, None, NOW, NOW)
    first = OutcomeRow(webhook.id, False, "x", NOW, 1, 503, "found 503")
    lost = OutcomeRow(webhook.id, False, "x", NOW.replace(hour=10), 10, None, "silence", True)
    arrived = OutcomeRow(webhook.id, True, "x", NOW.replace(hour=11), 2, 204)

    def tell(unit: Unit) -> None:
        unit.webhooks.add(webhook)
        for outcome in (first, lost, arrived):
            keep_outcome(unit, outcome)

    store.write(tell).result()
    with store.read() as unit:
        kept = sorted(unit.deliveries.outcomes(webhook.id), key=lambda one: one.at)
    assert kept == [lost, arrived]
    # A message may be under way while its webhook is deleted.
    store.write(lambda unit: unit.webhooks.delete(webhook.id)).result()
    store.write(lambda unit: keep_outcome(unit, arrived)).result()
    with store.read() as unit:
        assert unit.deliveries.outcomes(webhook.id) == []
