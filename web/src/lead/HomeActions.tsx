/** What leads find on the home screen beside the datasets. */
import { Button } from "@mantine/core";
import { Link } from "wouter";
import { IconPlus } from "../parts/icons";
import { useLeadTexts } from "../texts/lead";
import classes from "./HomeActions.module.css";

export default function HomeActions() {
  const lead = useLeadTexts();
  return (
    <>
      <Button
        component={Link}
        href="/runs"
        variant="subtle"
        color="gray"
        size="xs"
        radius="xl"
        className={classes.quiet}
      >
        {lead.home.runs}
      </Button>
      <Button
        component={Link}
        href="/people"
        variant="subtle"
        color="gray"
        size="xs"
        radius="xl"
        className={classes.quiet}
      >
        {lead.home.people}
      </Button>
      <Button component={Link} href="/new" size="xs" radius="xl" aria-label={lead.home.create}>
        <span className={classes.long}>{lead.home.create}</span>
        <span className={classes.short}>
          <IconPlus />
        </span>
      </Button>
    </>
  );
}
