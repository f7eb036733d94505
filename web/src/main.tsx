import "./styles/mantine";
import "./styles/page.css";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { prepareScreen } from "./app/opening";
import { loadTexts, preferredLanguage } from "./texts";

/** Draws the page once all that it shows first is there. */
async function start(): Promise<void> {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
  // Style elements that Mantine's scroll lock adds look here.
  setNonce(nonce);
  const language = preferredLanguage();
  document.documentElement.lang = language;
  const [texts] = await Promise.all([loadTexts(language), prepareScreen(location.pathname)]);

  const root = document.getElementById("root");
  if (!root) throw new Error("index.html lacks the element #root");
  // At once: React would leave the browser to draw the empty page once more before.
  flushSync(() =>
    createRoot(root).render(
      <StrictMode>
        <App nonce={nonce} language={language} texts={texts} />
      </StrictMode>,
    ),
  );
}

// Not awaited at the top: a screen's file waits for this one to have run, and this would wait for it.
void start();
