import { beforeEach, expect, test, vi } from "vitest";

const put = (text: string) => {
  document.body.innerHTML = `<script type="application/json" id="carried">${text}</script>`;
};

beforeEach(() => vi.resetModules());

const load = async () => (await import("./carried")).takeCarried;

test("an answer that came with the page is given once", async () => {
  put('{"/api/v1/session": {"user": "ada"}}');
  const takeCarried = await load();
  expect(takeCarried("/api/v1/session")).toEqual({ user: "ada" });
  expect(takeCarried("/api/v1/session")).toBeUndefined();
});

test("an index that nobody filled carries nothing", async () => {
  put('"GOLDSPAN_CARRIED"');
  expect((await load())("GOLDSPAN_CARRIED")).toBeUndefined();
});
