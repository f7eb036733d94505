/** A menu that opens as soon as it is there, and returns the focus to its button when it closes. */
import { Menu, type MenuProps } from "@mantine/core";
import { type ReactNode, cloneElement, useEffect, useRef, useState } from "react";
import type { MenuTarget } from "./LaterMenu";

type Props = MenuProps & { target: MenuTarget; children: ReactNode };

export function OpenedMenu({ target, children, ...rest }: Props) {
  const [opened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // This button took the place of the one that was pressed.
    button.current?.focus();
    setOpened(true);
  }, []);
  return (
    <Menu {...rest} opened={opened} onChange={setOpened}>
      <Menu.Target>{cloneElement(target, { ref: button })}</Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
