/** A button whose menu is loaded and drawn once somebody wants it. */
import { type ComponentPropsWithRef, type ComponentType, type ReactElement, cloneElement, useState } from "react";
import { Unreachable } from "../api/http";
import { notifyError } from "../app/notice";
import { useTexts } from "../texts";

/** A button, whose press and whose state are the menu's. */
export type MenuTarget = ReactElement<ComponentPropsWithRef<"button">>;

type Props<Menu extends { target: MenuTarget }> = {
  target: MenuTarget;
  /** The menu around its button; it opens by itself. */
  load: () => Promise<{ default: ComponentType<Menu> }>;
  menu: Omit<Menu, "target">;
};

export function LaterMenu<Menu extends { target: MenuTarget }>(props: Props<Menu>) {
  const { target, load, menu } = props;
  const texts = useTexts();
  const [Menu, setMenu] = useState<ComponentType<Menu> | null>(null);
  if (Menu) return <Menu {...({ ...menu, target } as Menu)} />;
  const open = () => {
    load().then(
      (found) => setMenu(() => found.default),
      (error: unknown) => notifyError(new Unreachable(error), texts),
    );
  };
  return cloneElement(target, { "aria-haspopup": "menu", "aria-expanded": false, onClick: open });
}
