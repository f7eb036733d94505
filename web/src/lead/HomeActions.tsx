/** What leads find on the home screen beside the datasets. */
import { Button } from "@mantine/core";
import { Link } from "wouter";
import { useLeadTexts } from "../texts/lead";

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
        px="xs"
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
        px="xs"
      >
        {lead.home.people}
      </Button>
      <Button component={Link} href="/new" size="xs" radius="xl">
        {lead.home.create}
      </Button>
    </>
  );
}
