"""Speaks to the server behind a page: people, datasets and records to look at."""

import ssl
from pathlib import Path
from typing import Any

import httpx
from tests.api.talk import KEY_HEADER, LIMITS, SPAN, TEXT, TIMEOUT_S, Dataset, Person, new_name

OWNER_PASSWORD = "the owner of the page tests"
PASSWORD = "an annotator of the page tests"
WEBHOOKS = "/api/v1/webhooks"

PASSAGE = (
    "The Amazon rainforest covers land in nine countries. The largest share of the trees in the "
    "Amazon basin stands in Brazil, with 60 % of them; then come Peru with 13 %, Colombia with a "
    "tenth, and Venezuela, Ecuador, Bolivia, Guyana, Suriname and French Guiana, who share what is "
    "left. Whoever wants to see all of it by boat needs several months and a good hammock."
)


def span(text: str, context: str = PASSAGE, label: str = "answer") -> dict[str, Any]:
    """Return the first place of a text in a context, in code points."""
    start = context.index(text)
    return {"label": label, "start": start, "end": start + len(text)}


class Site:
    """A server, as its owner sees it; ``trusted`` is the certificate of one that speaks TLS."""

    def __init__(self, url: str, owner_key: str, trusted: Path | None = None) -> None:
        self.url = url
        self._verify = ssl.create_default_context(cafile=trusted)
        self._clients: list[httpx.Client] = []
        self._passwords: dict[str, tuple[str, str]] = {}
        self._cookies: dict[str, list[Any]] = {}
        http = self._client({KEY_HEADER: owner_key})
        me = http.get("/api/me").json()
        self.owner = Person(me["id"], http)
        self._passwords[me["id"]] = (me["username"], OWNER_PASSWORD)

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        client = httpx.Client(
            base_url=self.url,
            headers=headers,
            trust_env=False,
            verify=self._verify,
            timeout=TIMEOUT_S,
            limits=LIMITS,
        )
        self._clients.append(client)
        return client

    def person(
        self, role: str = "annotator", first_name: str = "Ada", last_name: str = "Lovelace"
    ) -> Person:
        """Make somebody with a password."""
        username = new_name(role)
        body = {
            "username": username,
            "first_name": first_name,
            "last_name": last_name,
            "role": role,
            "password": PASSWORD,
        }
        user = self.owner.ask("POST", "/api/users", 200, json=body)
        self._passwords[user["id"]] = (username, PASSWORD)
        return Person(user["id"], self._client({KEY_HEADER: user["api_key"]}))

    def name_of(self, person: Person) -> tuple[str, str]:
        """Return user name and password."""
        return self._passwords[person.id]

    def cookies_of(self, person: Person) -> list[Any]:
        """Sign somebody in; return the cookies of that."""
        if person.id not in self._cookies:
            username, password = self.name_of(person)
            headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
            client = self._client(headers)
            body = {"username": username, "password": password}
            answer = client.post("/api/v1/session", json=body)
            assert answer.status_code == 200, answer.text
            if answer.json()["must_change_password"]:
                new = PASSWORD + " indeed"
                # The client keeps a Secure cookie to itself over plain HTTP.
                sent = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
                changed = {"current_password": None, "new_password": new}
                path, headers = "/api/v1/me/password", {"Cookie": sent}
                client.put(path, json=changed, headers=headers).raise_for_status()
                self._passwords[person.id] = (username, new)
            self._cookies[person.id] = [
                {
                    "name": cookie.name,
                    "value": cookie.value,
                    "url": self.url.replace("http:", "https:"),
                }
                for cookie in client.cookies.jar
            ]
        return self._cookies[person.id]

    def forget(self, person: Person) -> None:
        """Forget somebody's session, which has ended; the next page signs in anew."""
        self._cookies.pop(person.id, None)

    def forget_webhooks(self) -> None:
        """Delete all webhooks: there is one list of them."""
        for webhook in self.owner.get(WEBHOOKS)["items"]:
            self.owner.ask("DELETE", f"{WEBHOOKS}/{webhook['id']}", 200)

    def dataset(
        self,
        people: list[Person],
        questions: list[dict[str, Any]],
        fields: dict[str, dict[str, Any]] | None = None,
        name: str = "Rainforest questions",
        guidelines: str | None = None,
        min_submitted: int = 1,
    ) -> Dataset:
        """Publish a dataset to these people."""
        owner = self.owner
        workspace = owner.ask("POST", "/api/workspaces", 200, json={"name": new_name("team")})
        for person in people:
            member = {"user_id": person.id}
            path = f"/api/v1/workspaces/{workspace['id']}/users"
            owner.ask("POST", path, 201, json=member)
        body: dict[str, Any] = {
            "name": name,
            "workspace_id": workspace["id"],
            "guidelines": guidelines,
            "distribution": {"strategy": "overlap", "min_submitted": min_submitted},
        }
        made = owner.ask("POST", "/api/v1/datasets", 201, json=body)
        path = f"/api/v1/datasets/{made['id']}"
        fields = fields or {"question": TEXT, "context": TEXT}
        first = next(iter(fields))
        for field, settings in fields.items():
            body = {"name": field, "title": field.capitalize(), "required": field == first}
            owner.ask("POST", f"{path}/fields", 201, json={**body, "settings": settings})
        ids = {}
        for question in questions:
            answer = owner.ask("POST", f"{path}/questions", 201, json=question)
            ids[question["name"]] = answer["id"]
        owner.ask("PUT", f"{path}/publish", 200)
        return Dataset(owner, made["id"], workspace["name"], workspace["id"], ids)

    def extractive(self, people: list[Person], **options: Any) -> Dataset:
        """Publish a dataset whose answers are marked."""
        settings = {**SPAN, "allow_overlapping": True}
        question = {"name": "answer", "title": "Answer", "required": True, "settings": settings}
        return self.dataset(people, [question], **options)

    def suggest(self, dataset: Dataset, question: str, value: Any, score: Any = None) -> Any:
        """Return a suggestion for a new record."""
        body = {"question_id": dataset.question_ids[question], "value": value, "agent": "reader"}
        return {**body, "score": score}
