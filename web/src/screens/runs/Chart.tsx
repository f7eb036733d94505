/** Curves over the steps of a run. */
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Curve } from "./series";
import classes from "./runs.module.css";

const HEIGHT = 180;

type Props = { title: string; curve: Curve };

export function Chart({ title, curve }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const colorScheme = useComputedColorScheme();
  const { steps, names, values } = curve;

  useEffect(() => {
    const box = place.current;
    if (!box || steps.length === 0) return;
    const style = getComputedStyle(box);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const strokes = [colour("--mark-edge"), colour("--ink-soft"), colour("--good")];
    const axis = {
      stroke: colour("--ink-faint"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
    };
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: HEIGHT,
        scales: { x: { time: false } },
        axes: [axis, { ...axis, size: 52 }],
        legend: { show: names.length > 1, live: false },
        series: [
          {},
          ...names.map((label, at) => ({
            label,
            stroke: strokes[at % strokes.length],
            width: 1.5,
            spanGaps: true,
            points: { show: steps.length < 40 },
          })),
        ],
      },
      [steps, ...values] as uPlot.AlignedData,
      box,
    );
    const watch = new ResizeObserver(() =>
      plot.setSize({ width: box.clientWidth, height: HEIGHT }),
    );
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [steps, values, names, colorScheme]);

  if (steps.length === 0) return null;
  const last = values
    .map((line) => line.findLast((value) => value !== null)?.toPrecision(3) ?? "–")
    .join(", ");
  return (
    <figure className={classes.chart} aria-label={`${title}: ${last}`}>
      <figcaption>
        {title} <strong>{last}</strong>
      </figcaption>
      <div ref={place} aria-hidden />
    </figure>
  );
}
