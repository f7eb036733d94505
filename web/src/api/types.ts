/** Short names for the generated shapes. */
import type { components } from "./schema";

type Shapes = components["schemas"];

export type Dataset = Shapes["Dataset"];
export type Field = Shapes["Field"];
export type Question = Shapes["Question"];
export type QuestionSettings = Question["settings"];
export type RecordItem = Shapes["Record"];
export type Suggestion = Shapes["Suggestion"];
export type ResponseItem = Shapes["Response"];
export type ResponseStatus = Shapes["ResponseStatus"];
export type User = Shapes["User"];
export type Workspace = Shapes["Workspace"];
