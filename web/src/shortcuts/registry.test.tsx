import { act, useLayoutEffect } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Shortcut, boundShortcuts, conflicts, useShortcuts } from "./registry";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

let fired: string[] = [];
let root: ReturnType<typeof createRoot>;

function Bound({ shortcuts }: { shortcuts: Shortcut[] }) {
  useShortcuts("Test", shortcuts);
  return (
    <>
      <textarea />
      <input type="radio" />
      <button type="button">b</button>
    </>
  );
}

const note = (name: string) => () => {
  fired.push(name);
};

const SHORTCUTS: Shortcut[] = [
  { keys: "Enter", label: "Submit", run: note("enter") },
  { keys: ["$mod+Enter"], whileTyping: true, run: note("mod-enter") },
  { keys: "Backspace", run: note("back") },
  { keys: "1", run: note("one") },
  { keys: "a", when: () => false, run: note("never") },
  { keys: "a", run: note("a") },
];

function press(key: string, on: EventTarget = document.body, more: KeyboardEventInit = {}) {
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

beforeEach(async () => {
  fired = [];
  const place = document.body.appendChild(document.createElement("div"));
  root = createRoot(place);
  await act(async () => root.render(<Bound shortcuts={SHORTCUTS} />));
});
afterEach(async () => {
  await act(async () => root.unmount());
  document.body.replaceChildren();
});

test("a key runs its shortcut", () => {
  press("Enter");
  press("1");
  expect(fired).toEqual(["enter", "one"]);
});

test("no key that writes runs anything in a text box", () => {
  const box = document.querySelector("textarea") as HTMLTextAreaElement;
  for (const key of ["Enter", "Backspace", "1", "a"]) press(key, box);
  expect(fired).toEqual([]);
  press("Enter", box, { ctrlKey: true });
  expect(fired).toEqual(["mod-enter"]);
});

test("nothing runs while a text is composed", () => {
  press("Enter", document.body, { isComposing: true });
  press("Enter", document.body, { keyCode: 229 });
  expect(fired).toEqual([]);
});

test("Enter on a button presses the button only", () => {
  press("Enter", document.querySelector("button") as HTMLButtonElement);
  expect(fired).toEqual([]);
});

test("a digit counts on a radio button, an arrow belongs to it", () => {
  const radio = document.querySelector("input") as HTMLInputElement;
  press("1", radio);
  expect(fired).toEqual(["one"]);
});

/** Takes longer to draw than React works in one go, so that effects of its own come afterwards. */
function Slow() {
  useLayoutEffect(() => {
    const until = performance.now() + 20;
    while (performance.now() < until);
  });
  return <Bound shortcuts={[{ keys: "z", run: note("at once") }]} />;
}

test("a key counts from the moment that its screen can be seen", async () => {
  const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  environment.IS_REACT_ACT_ENVIRONMENT = false;
  const place = document.body.appendChild(document.createElement("div"));
  const seen = new Promise((resolve) => {
    new MutationObserver(resolve).observe(place, { childList: true });
  });
  const other = createRoot(place);
  other.render(<Slow />);
  await seen;
  press("z");
  environment.IS_REACT_ACT_ENVIRONMENT = true;
  expect(fired).toEqual(["at once"]);
  await act(async () => other.unmount());
});

test("a held modifier makes it another key", () => {
  press("1", document.body, { ctrlKey: true });
  press("1", document.body, { altKey: true });
  expect(fired).toEqual([]);
});

test("a shortcut that does not count now leaves the key to the next", () => {
  press("a");
  expect(fired).toEqual(["a"]);
});

test("nothing runs behind a dialog", () => {
  const dialog = document.body.appendChild(document.createElement("div"));
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-modal", "true");
  press("Enter");
  expect(fired).toEqual([]);
});

test("a press that closes a dialog does nothing else", () => {
  const dialog = document.body.appendChild(document.createElement("div"));
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-modal", "true");
  document.addEventListener("keydown", () => dialog.remove(), { once: true });
  press("Enter");
  expect(fired).toEqual([]);
  press("Enter");
  expect(fired).toEqual(["enter"]);
});

test("the help sheet learns what is bound and has a label", () => {
  expect(boundShortcuts()).toMatchObject([{ title: "Test", shortcuts: [{ label: "Submit" }] }]);
});

test("two shortcuts on one key are a conflict", () => {
  const run = note("x");
  expect(conflicts([{ keys: "x", run }, { keys: ["y", "X"], run }])).toEqual(["x"]);
  expect(conflicts(SHORTCUTS)).toEqual([]);
});
