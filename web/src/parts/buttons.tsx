/**
 * The buttons of the annotate screen and of every screen's bar: elements and styles, nothing more.
 * They are drawn anew with each record, and before everything else, so they must cost nothing.
 */
import type { ComponentPropsWithRef } from "react";
import classes from "./buttons.module.css";

type PlainProps = ComponentPropsWithRef<"button"> & { look?: "quiet" | "outlined" | "filled" };

export function PlainButton({ look = "quiet", className = "", ...rest }: PlainProps) {
  return <button type="button" data-look={look} className={`${classes.plain} ${className}`} {...rest} />;
}

type IconProps = ComponentPropsWithRef<"button"> & {
  /** Its name, which is also shown while a pointer rests on it. */
  label: string;
  round?: boolean;
};

export function IconButton({ label, round, className = "", ...rest }: IconProps) {
  return (
    <button
      type="button"
      className={`${classes.icon} ${className}`}
      aria-label={label}
      data-hint={!round || undefined}
      data-round={round || undefined}
      {...rest}
    />
  );
}
