type Named = { first_name: string; last_name?: string | null; username: string };

/** How somebody is called: by name, else by user name. */
export const nameOf = ({ first_name, last_name, username }: Named): string =>
  [first_name, last_name].filter(Boolean).join(" ") || username;
