/** What a new dataset shows and asks, for each template; the wire shapes of fields and questions. */
import type { NewField, NewQuestion } from "../../api/lead";
import type { LeadTexts } from "../../texts/lead/en";

export const TEMPLATES = ["extractive", "written", "preference", "custom"] as const;

export type Template = (typeof TEMPLATES)[number];

export type Kind = NewQuestion["settings"]["type"];

export const KINDS: Kind[] = [
  "text",
  "label_selection",
  "multi_label_selection",
  "rating",
  "span",
  "ranking",
];

export type Choices = {
  template: Template;
  candidates: number;
  withContext: boolean;
  judgement: boolean;
  fields: string;
  kind: Kind;
  asked: string;
  labels: string;
  ratingTop: number;
  spanField: string;
};

export const START: Choices = {
  template: "extractive",
  candidates: 2,
  withContext: true,
  judgement: true,
  fields: "text",
  kind: "label_selection",
  asked: "",
  labels: "",
  ratingTop: 5,
  spanField: "",
};

export type Shape = { fields: NewField[]; questions: NewQuestion[] };

const field = (name: string, title: string, required = true): NewField => ({
  name,
  title,
  required,
  settings: { type: "text", use_markdown: false },
});

const question = (
  name: string,
  title: string,
  settings: NewQuestion["settings"],
  { description = null, required = true }: { description?: string | null; required?: boolean } = {},
): NewQuestion => ({ name, title, description, required, settings });

const ANSWER_SPAN = (name: string): NewQuestion["settings"] => ({
  type: "span",
  field: name,
  options: [{ value: "answer", text: "Answer" }],
  allow_overlapping: true,
  allow_character_annotation: true,
});

const WRITTEN: NewQuestion["settings"] = { type: "text", use_markdown: false };

/** Comma-separated names, trimmed, each once. */
export function names(text: string): string[] {
  return [
    ...new Set(
      text
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean),
    ),
  ];
}

/** A name as the server takes it: small letters, digits, - and _. */
export function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return plain || "text";
}

export function shapeOf(choices: Choices, lead: LeadTexts): Shape {
  const texts = lead.create;
  const asking = [field("question", texts.questionField), field("context", texts.contextField)];
  switch (choices.template) {
    case "extractive":
      return {
        fields: asking,
        questions: [
          question("answer", texts.answerQuestion, ANSWER_SPAN("context"), {
            description: texts.answerHint,
          }),
        ],
      };
    case "written":
      return {
        fields: asking,
        questions: [
          question("answer", texts.answerQuestion, WRITTEN, { description: texts.writtenHint }),
        ],
      };
    case "preference":
      return preference(choices, lead);
    case "custom":
      return custom(choices);
  }
}

function preference({ candidates, withContext, judgement }: Choices, lead: LeadTexts): Shape {
  const texts = lead.create;
  const responses = Array.from({ length: candidates }, (_, at) => `response${at + 1}`);
  const companions: NewQuestion[] = [
    question(
      "acceptable",
      "Acceptable",
      {
        type: "label_selection",
        options: [
          { value: "some", text: "Some" },
          { value: "none", text: "None" },
        ],
      },
      { required: false },
    ),
    question("correction", "Correction", WRITTEN, { required: false }),
    question(
      "strength",
      "Strength",
      { type: "rating", options: [1, 2, 3].map((value) => ({ value })) },
      { required: false },
    ),
    question("rationale", "Rationale", WRITTEN, { required: false }),
  ];
  return {
    fields: [
      field("prompt", texts.questionField),
      ...(withContext ? [field("context", texts.contextField, false)] : []),
      ...responses.map((name, at) => field(name, texts.responseField(at + 1), at < 2)),
    ],
    questions: [
      question("preference", texts.preferenceTitle, {
        type: "ranking",
        options: responses.map((value, at) => ({ value, text: texts.responseField(at + 1) })),
      }),
      ...(judgement ? companions : []),
    ],
  };
}

function custom(choices: Choices): Shape {
  const shown = names(choices.fields);
  const fields = shown.map((name) => field(slug(name), name));
  return {
    fields,
    questions: [
      question(
        "answer",
        choices.asked.trim() || "Answer",
        settingsOf(choices, fields[0]?.name ?? "text"),
      ),
    ],
  };
}

function settingsOf(choices: Choices, first: string): NewQuestion["settings"] {
  const options = names(choices.labels).map((text) => ({ value: slug(text), text }));
  switch (choices.kind) {
    case "label_selection":
      return { type: "label_selection", options };
    case "multi_label_selection":
      return { type: "multi_label_selection", options, options_order: "natural" };
    case "rating":
      return {
        type: "rating",
        options: Array.from({ length: choices.ratingTop }, (_, at) => ({ value: at + 1 })),
      };
    case "ranking":
      return { type: "ranking", options };
    case "span":
      return {
        type: "span",
        field: choices.spanField || first,
        options,
        allow_overlapping: false,
        allow_character_annotation: true,
      };
    default:
      return WRITTEN;
  }
}

/** What keeps the choices from making a dataset, or null. */
export function faultOf(choices: Choices, name: string, lead: LeadTexts): string | null {
  if (!name.trim()) return lead.create.needName;
  if (choices.template !== "custom") return null;
  if (names(choices.fields).length === 0) return lead.create.needFields;
  const least = choices.kind === "span" ? 1 : 2;
  const needsLabels = !["text", "rating"].includes(choices.kind);
  return needsLabels && names(choices.labels).length < least ? lead.create.needLabels : null;
}
