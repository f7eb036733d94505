import { useSessionState } from "../../app/session";
import { useTexts } from "../../texts";
import { Card } from "./Card";
import { NewPasswordForm } from "./NewPasswordForm";

/** Shown before anything else to those whose password somebody else has set. */
export function NewPasswordScreen() {
  const texts = useTexts();
  const { renew } = useSessionState();
  return (
    <Card title={texts.signIn.choosePassword} hint={texts.signIn.choosePasswordHint}>
      <NewPasswordForm askCurrent={false} onChanged={() => void renew()} />
    </Card>
  );
}
