export const WEBHOOKS = ["webhooks"];
