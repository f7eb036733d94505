/** The record on the desk: its fields, its questions, and what the keys do. */
import { memo, useMemo, useState } from "react";
import { useTexts } from "../../texts";
import type { Texts } from "../../texts/en";
import { ActionBar, type NoneKey } from "./ActionBar";
import { AnswerStrip } from "./AnswerStrip";
import { Candidates } from "./Candidates";
import { FieldView } from "./FieldView";
import { MarkedText } from "./MarkedText";
import { QuestionList } from "./QuestionList";
import classes from "./RecordView.module.css";
import { StatusNote } from "./StatusNote";
import { WaitingSuggestion } from "./WaitingSuggestion";
import {
  type Answers,
  type Ranked,
  type Setup,
  candidatesOf,
  isKind,
  suggestionsOf,
  textOf,
  unanswered,
  withSuggestions,
} from "./model";
import type { DeskActions } from "./deskActions";
import type { Desk } from "./sitting";
import { digitTarget } from "./useDigits";
import { findIn, layoutOf } from "./layout";
import { type Filling, useFilling } from "./useFilling";
import { type Preference, usePreference } from "./usePreference";
import { useRecordKeys } from "./useRecordKeys";
import { type Marking, useMarking } from "./useMarking";

type Props = { setup: Setup; desk: Desk; actions: DeskActions };

const NO_SUGGESTIONS: ReturnType<typeof suggestionsOf> = new Map();

/** Drawn anew when something on the desk changes, not with every save that arrives. */
export const RecordView = memo(function RecordView({ setup, desk, actions }: Props) {
  const { record, shown_order: shownOrder } = desk.task;
  const { answers } = desk;
  const texts = useTexts();
  const [complaint, setComplaint] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const all = useMemo(() => suggestionsOf(record, setup.questions), [record, setup]);
  const waits = desk.suggestionsWait && all.size > 0;
  const suggestions = waits ? NO_SUGGESTIONS : all;
  const layout = useMemo(() => layoutOf(setup, record), [setup, record]);
  const change = (name: string, value: unknown) => {
    setComplaint(null);
    actions.onChange({ ...answers, [name]: value });
  };

  const submit = (given: Answers = answers) => {
    const complete = withSuggestions(given, setup.questions, suggestions);
    const missing = unanswered(complete, setup.questions, record);
    if (missing.length > 0)
      setComplaint(texts.annotate.missing(missing.map(({ title }) => title).join(", ")));
    else actions.onSubmit(complete);
  };

  const marking = useMarking(setup, desk, suggestions, change);
  const filling = useFilling(setup, desk, layout, suggestions, change);
  const names = setup.preference ? candidatesOf(setup.preference, record, shownOrder) : [];
  const preference = usePreference({ setup, names, answers, onChange: actions.onChange, submit });
  const target = digitTarget(setup, answers, active);
  const complete = withSuggestions(answers, setup.questions, suggestions);
  const ready = unanswered(complete, setup.questions, record).length === 0;
  const accepts = !desk.touched && desk.status === null && ready && suggestions.size > 0;

  useRecordKeys({
    setup,
    desk,
    marking,
    preference,
    filling,
    suggestions,
    waits,
    target,
    submit: () => submit(),
    submitAnswers: submit,
    change,
    setActive,
    actions,
  });

  const none = noneOf(setup, preference, marking, filling, texts);
  const listed = setup.questions.filter(
    (question) =>
      !isKind(question, "span") && question !== setup.preference && !preference.owns(question.name),
  );
  const candidateFields = new Set(setup.preference?.settings.options.map(({ value }) => value));
  const fields = setup.fields.filter(({ name }) => !candidateFields.has(name));
  const lookedText = preference.looked ? textOf(record, preference.looked) : "";
  const lookedIn = (text: string) => (lookedText ? findIn(text, lookedText) : []);

  return (
    <div
      className={classes.record}
      data-split={layout.split || undefined}
      data-wide={setup.preference ? true : undefined}
    >
      <div className={classes.content}>
        <div className={classes.fields}>
          {fields.map((field) => {
            const isMarked = marking.question?.settings.field === field.name && marking.source;
            const isFilled = filling.field === field.name && filling.source;
            const marked =
              isMarked && marking.source ? (
                <MarkedText
                  source={marking.source}
                  spans={marking.spans ?? []}
                  labelText={(label) => labelText(marking.question, label)}
                  labelColor={(label) => labelColor(marking.question, label)}
                  suggested={marking.spans === null ? (marking.suggested ?? []) : []}
                  looked={lookedIn(marking.source.text)}
                  cursor={marking.cursor.cursor}
                  onMark={(range, { further }) => marking.mark(range, further)}
                  labelledBy={`field-${field.name}`}
                />
              ) : isFilled && filling.source ? (
                <MarkedText
                  source={filling.source}
                  spans={filling.found}
                  labelText={() => ""}
                  labelColor={() => 0}
                  suggested={filling.suggested}
                  looked={lookedIn(filling.source.text)}
                  cursor={filling.cursor.cursor}
                  onMark={filling.fill}
                  labelledBy={`field-${field.name}`}
                />
              ) : undefined;
            const sticky = field.name === layout.prominent;
            const view = <FieldView field={field} record={record} marked={marked} prominent={sticky} />;
            return sticky ? (
              <div key={field.name} className={classes.sticky}>
                {view}
              </div>
            ) : (
              <div key={field.name}>{view}</div>
            );
          })}
          {setup.preference && (
            <section>
              <h2 id="preference-title" className={classes.asked}>
                <bdi>{setup.preference.title}</bdi>
              </h2>
              <Candidates
                names={names}
                fields={setup.fields}
                record={record}
                ranking={answers[setup.preference.name] as Ranked[] | undefined}
                suggested={suggestions.get(setup.preference.name)?.value as Ranked[] | undefined}
                comparing={preference.comparing}
                labelledBy="preference-title"
                onChoose={preference.choose}
                onLook={preference.look}
              />
              <PreferenceTools preference={preference} />
            </section>
          )}
        </div>
        {listed.length > 0 && (
          <div className={classes.questions}>
            <QuestionList
              questions={listed}
              answers={answers}
              suggestions={suggestions}
              record={record}
              active={setup.preference ? null : (target?.name ?? null)}
              prefixes={preference.prefixes}
              filled={filling.question?.name ?? null}
              onChange={change}
              onActive={setActive}
            />
          </div>
        )}
      </div>
      <ActionBar
        strip={
          marking.question && (
            <AnswerStrip
              marking={marking}
              suggestion={suggestions.get(marking.question.name)}
              optional={!marking.question.required}
            />
          )
        }
        complaint={complaint}
        note={
          <>
            <StatusNote desk={desk} onTakeBack={actions.onTakeBack} />
            {waits && <WaitingSuggestion onShow={actions.onShowSuggestions} />}
          </>
        }
        submitLabel={
          desk.status === "submitted"
            ? texts.annotate.update
            : accepts
              ? texts.annotate.accept
              : texts.annotate.submit
        }
        ready={ready}
        none={none}
        onSubmit={() => submit()}
        onSkip={actions.onSkip}
        onDiscard={actions.onDiscard}
        onDraft={actions.onDraft}
        onBack={actions.onBack}
      />
    </div>
  );
});

/** The key that says that nothing here is an answer, where there is such a thing to say. */
function noneOf(
  { preference: compares }: Setup,
  preference: Preference,
  marking: Marking,
  filling: Filling,
  { annotate }: Texts,
): NoneKey | null {
  if (preference.canRefuse)
    return { label: annotate.noneAcceptable, isOn: preference.refused, toggle: preference.refuse };
  if (compares) return null;
  const label = annotate.notAnswerable;
  if (marking.question)
    return { label, isOn: marking.spans?.length === 0, toggle: marking.toggleNone };
  return filling.question && { label, isOn: filling.isNone, toggle: filling.toggleNone };
}

function labelText(question: Setup["spans"][number] | null, label: string): string {
  const options = question?.settings.options ?? [];
  return options.length > 1 ? (options.find(({ value }) => value === label)?.text ?? label) : "";
}

function labelColor(question: Setup["spans"][number] | null, label: string): number {
  return Math.max(0, question?.settings.options.findIndex(({ value }) => value === label) ?? 0);
}

function PreferenceTools({ preference }: { preference: Preference }) {
  const texts = useTexts();
  return (
    <div className={classes.tools}>
      <button
        type="button"
        className={classes.tool}
        aria-pressed={preference.tied}
        onClick={preference.tie}
      >
        {texts.annotate.tied} <kbd aria-hidden>0</kbd>
      </button>
      <button
        type="button"
        className={classes.tool}
        aria-pressed={preference.comparing}
        onClick={preference.toggleComparing}
      >
        {texts.annotate.compare} <kbd aria-hidden>C</kbd>
      </button>
      {preference.canSubmitWithChoice && (
        <label className={classes.withChoice}>
          <input
            type="checkbox"
            checked={preference.submitsWithChoice}
            onChange={preference.toggleSubmitWithChoice}
          />
          {texts.annotate.submitWithChoice}
        </label>
      )}
    </div>
  );
}
