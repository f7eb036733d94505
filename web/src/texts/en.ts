/** The interface in English: the catalogue that gives all others their keys. */

const count = (n: number, one: string, many: string): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

export const en = {
  shell: {
    home: "Goldspan, home",
    path: "Where you are",
    toContent: "To the content",
  },
  states: {
    loading: "Loading …",
    broken: "This did not work",
    again: "Try again",
    nowhere: "Nothing is here",
    nowhereHint: "The address may be old, or what it showed was deleted.",
  },
  errors: {
    unreachable: "The server does not answer. Check your connection; then try again.",
    server: "The server failed at this; its log says why. Try again, or tell whoever runs it.",
    tooMany: (seconds: number) =>
      `That was too often in a short time. Try again in ${count(seconds, "second", "seconds")}.`,
    unexpected: "The page failed at this. Reload it; work that was not saved yet is kept.",
  },
  signIn: {
    title: "Sign in",
    username: "User name",
    password: "Password",
    showPassword: "Show the password",
    submit: "Sign in",
    refused: "This user name and password do not go together.",
    help: "Forgot the password? Ask the owner of this server for a sign-in link.",
    againTitle: "Sign in again",
    againHint: "Your session has ended. What you did is kept; sign in and go on where you were.",
    insecure: "This address is not encrypted: others on the network can read along.",
    understood: "Understood",
    currentPassword: "Current password",
    newPassword: "New password",
    passwordRule: "At least 8 characters; 15 or more are better.",
    setPassword: "Set the password",
    choosePassword: "Choose a password",
    choosePasswordHint: "Your password was set by somebody else. Choose one that only you know.",
    linkTitle: "Sign in by link",
    linkHint: "This link signs you in once, on this device.",
    linkGo: "Sign in",
    linkEmpty: "The link is incomplete: copy the whole of it, with all that stands after the #.",
    linkAnew: "For a new link, run “goldspan user link NAME” on the server.",
    inviteTitle: "Join Goldspan",
    inviteHint: (role: string, workspaces: string) =>
      workspaces ? `You are invited as ${role} to ${workspaces}.` : `You are invited as ${role}.`,
    inviteAnew: "Ask whoever invited you for a new link.",
    usernameRule: "What you sign in with: small letters, digits, - and _.",
    firstName: "First name",
    lastName: "Last name (optional)",
    join: "Join",
  },
  account: {
    menu: (name: string) => `Account of ${name}`,
    settings: "Account",
    look: "Look",
    schemes: { light: "Light", dark: "Dark", auto: "Like the system" },
    language: "Language",
    signOut: "Sign out",
    signOutEverywhere: "Sign out on all devices",
    roles: { owner: "owner", admin: "admin", annotator: "annotator" },
    password: "Password",
    passwordChanged: "The password is changed; other devices are signed out.",
  },
  home: {
    title: "Datasets",
    greeting: (name: string) => `Hello, ${name}`,
    none: "No datasets yet",
    noneAnnotator: "You will see datasets here as soon as somebody shares one with you.",
    annotate: "Annotate",
    done: "All done",
    draft: "Not published yet",
    yours: (submitted: number) => count(submitted, "answer", "answers") + " by you",
    progress: (completed: number, total: number) =>
      `${completed.toLocaleString("en")} of ${count(total, "record", "records")} complete`,
    emptyDataset: "No records yet",
  },
};

export type Texts = typeof en;
