import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { Route, Switch } from "wouter";
import { ErrorBoundary } from "../parts/ErrorBoundary";
import { loadedPart, loadedScreen } from "../parts/loaded";
import { Empty } from "../parts/states";
import { Screen } from "../parts/Screen";
import { SavingProvider } from "../saving/SavingProvider";
import { InsecureBanner } from "../screens/signin/InsecureBanner";
import { type Language, TextsProvider, useTexts } from "../texts";
import type { Texts } from "../texts/en";
import { Later } from "./later";
import { queries } from "./queries";
import { OPEN_ROUTES, ROUTES } from "./routes";
import { SessionProvider, useSessionState } from "./session";
import { themeWith } from "./theme";

// Loaded when somebody has to sign in, which is seldom.
const { Shown: SignInScreen } = loadedScreen(async () => ({
  default: (await import("../screens/signin/SignInScreen")).SignInScreen,
}));
const { Shown: NewPasswordScreen } = loadedScreen(async () => ({
  default: (await import("../screens/signin/NewPasswordScreen")).NewPasswordScreen,
}));
const SignInAgain = loadedPart(async () => ({
  default: (await import("../screens/signin/SignInAgain")).SignInAgain,
}));

type Props = { nonce: string; language: Language; texts: Texts };

export function App({ nonce, language, texts }: Props) {
  const [theme] = useState(() => themeWith(texts.annotate.close));
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
      // They are in the stylesheet (themeStyles.ts); the classes that hide by width are not in use.
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <TextsProvider value={{ language, texts }}>
        <QueryClientProvider client={queries}>
          <Later />
          <ErrorBoundary>
            <SessionProvider>
              <Screens />
            </SessionProvider>
          </ErrorBoundary>
        </QueryClientProvider>
      </TextsProvider>
    </MantineProvider>
  );
}

function Screens() {
  return (
    <Switch>
      {OPEN_ROUTES.map(({ path, Screen: Open }) => (
        <Route key={path} path={path}>
          <Open />
        </Route>
      ))}
      <Route>
        <SignedInScreens />
      </Route>
    </Switch>
  );
}

function SignedInScreens() {
  const { session, expired } = useSessionState();
  if (!session) return <SignInScreen />;
  if (session.must_change_password) return <NewPasswordScreen />;
  return (
    <SavingProvider>
      {session.insecure_http && <InsecureBanner />}
      <Switch>
        {ROUTES.map(({ path, Screen: Each }) => (
          <Route key={path} path={path}>
            <Each />
          </Route>
        ))}
        <Route>
          <Nowhere />
        </Route>
      </Switch>
      {expired && <SignInAgain username={session.user.username} />}
    </SavingProvider>
  );
}

function Nowhere() {
  const texts = useTexts();
  return (
    <Screen headed crumbs={[{ label: texts.states.nowhere }]}>
      <Empty title={texts.states.nowhere}>{texts.states.nowhereHint}</Empty>
    </Screen>
  );
}
