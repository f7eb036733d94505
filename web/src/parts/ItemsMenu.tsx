/** A menu of things to do. */
import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import type { MenuTarget } from "./LaterMenu";
import { OpenedMenu } from "./OpenedMenu";

export type MenuItem = { label: string; icon?: ReactNode; run: () => void };

type Props = { target: MenuTarget; position: "top-end" | "bottom-end"; items: MenuItem[] };

export default function ItemsMenu({ target, position, items }: Props) {
  return (
    <OpenedMenu target={target} position={position}>
      {items.map(({ label, icon, run }) => (
        <Menu.Item key={label} leftSection={icon} onClick={run}>
          {label}
        </Menu.Item>
      ))}
    </OpenedMenu>
  );
}
