import { expect, test } from "vitest";
import { curve } from "./series";

test("curves hold the events that know a name, by step", () => {
  const events = [
    { kind: "started", step: 0, total_steps: 3 },
    { kind: "step", step: 1, loss: 2 },
    { kind: "step", step: 2, loss: 1.5, "rewards/accuracies": 0.5 },
    { kind: "warning", message: "x" },
    { kind: "step", step: 3, loss: Number.NaN, reward_accuracy: 0.75 },
  ];
  expect(curve(events, [["loss"]])).toEqual({ steps: [1, 2], values: [[2, 1.5]] });
  expect(curve(events, [["rewards/accuracies", "reward_accuracy"]]).values).toEqual([[0.5, 0.75]]);
});

test("two events of one step are one point", () => {
  const events = [
    { step: 1, loss: 2 },
    { step: 1, f1: 50 },
  ];
  expect(curve(events, [["loss"], ["f1"]])).toEqual({ steps: [1], values: [[2], [50]] });
});
