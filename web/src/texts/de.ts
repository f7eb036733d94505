/** Die Oberfläche auf Deutsch. */
import type { Texts } from "./en";

const anzahl = (n: number, eins: string, viele: string): string =>
  `${n.toLocaleString("de")} ${n === 1 ? eins : viele}`;

export const de: Texts = {
  shell: {
    home: "Goldspan, Startseite",
    path: "Wo du bist",
    toContent: "Zum Inhalt",
  },
  states: {
    loading: "Wird geladen …",
    broken: "Das hat nicht geklappt",
    again: "Noch einmal",
    nowhere: "Hier ist nichts",
    nowhereHint: "Die Adresse ist vielleicht alt, oder was sie zeigte, wurde gelöscht.",
  },
  errors: {
    unreachable: "Der Server antwortet nicht. Prüfe die Verbindung und versuche es dann noch einmal.",
    server:
      "Der Server ist daran gescheitert; sein Protokoll sagt, warum. Versuche es noch einmal oder sag es dem, der ihn betreibt.",
    tooMany: (seconds) =>
      `Das war zu oft in kurzer Zeit. Versuche es in ${anzahl(seconds, "Sekunde", "Sekunden")} wieder.`,
    unexpected:
      "Die Seite ist daran gescheitert. Lade sie neu; was noch nicht gespeichert war, bleibt erhalten.",
  },
  signIn: {
    title: "Anmelden",
    username: "Benutzername",
    password: "Passwort",
    showPassword: "Passwort zeigen",
    submit: "Anmelden",
    refused: "Benutzername und Passwort gehören nicht zusammen.",
    help: "Passwort vergessen? Bitte den Eigentümer dieses Servers um einen Anmeldelink.",
    againTitle: "Noch einmal anmelden",
    againHint:
      "Deine Sitzung ist abgelaufen. Was du getan hast, bleibt erhalten; melde dich an und mach da weiter, wo du warst.",
    insecure: "Diese Adresse ist nicht verschlüsselt: Andere im Netz können mitlesen.",
    understood: "Verstanden",
    currentPassword: "Bisheriges Passwort",
    newPassword: "Neues Passwort",
    passwordRule: "Mindestens 8 Zeichen; 15 oder mehr sind besser.",
    setPassword: "Passwort setzen",
    choosePassword: "Passwort wählen",
    choosePasswordHint:
      "Dein Passwort hat jemand anderes gesetzt. Wähle eines, das nur du kennst.",
    linkTitle: "Mit Link anmelden",
    linkHint: "Dieser Link meldet dich einmal an, auf diesem Gerät.",
    linkGo: "Anmelden",
    linkEmpty: "Der Link ist unvollständig: Kopiere ihn ganz, mit allem, was nach dem # steht.",
    linkAnew: "Einen neuen Link macht „goldspan user link NAME“ auf dem Server.",
    inviteTitle: "Bei Goldspan mitmachen",
    inviteHint: (role, workspaces) =>
      workspaces
        ? `Du bist als ${role} eingeladen zu ${workspaces}.`
        : `Du bist als ${role} eingeladen.`,
    inviteAnew: "Bitte den, der dich eingeladen hat, um einen neuen Link.",
    usernameRule: "Damit meldest du dich an: Kleinbuchstaben, Ziffern, - und _.",
    firstName: "Vorname",
    lastName: "Nachname (freiwillig)",
    join: "Mitmachen",
  },
  account: {
    menu: (name) => `Konto von ${name}`,
    settings: "Konto",
    look: "Aussehen",
    schemes: { light: "Hell", dark: "Dunkel", auto: "Wie das System" },
    language: "Sprache",
    signOut: "Abmelden",
    signOutEverywhere: "Auf allen Geräten abmelden",
    roles: { owner: "Eigentümer", admin: "Verwalter", annotator: "Annotierende" },
    password: "Passwort",
    passwordChanged: "Das Passwort ist geändert; andere Geräte sind abgemeldet.",
  },
  home: {
    title: "Datensätze",
    greeting: (name) => `Hallo, ${name}`,
    none: "Noch keine Datensätze",
    noneAnnotator: "Hier erscheinen Datensätze, sobald jemand einen mit dir teilt.",
    annotate: "Annotieren",
    done: "Alles erledigt",
    draft: "Noch nicht veröffentlicht",
    yours: (submitted) => anzahl(submitted, "Antwort", "Antworten") + " von dir",
    progress: (completed, total) =>
      `${completed.toLocaleString("de")} von ${anzahl(total, "Eintrag", "Einträgen")} fertig`,
    emptyDataset: "Noch keine Einträge",
  },
};
