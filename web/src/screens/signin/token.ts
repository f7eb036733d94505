/** The token behind the address's `#`, which browsers never send to a server. */
export function takeToken(): string {
  return decodeURIComponent(location.hash.slice(1));
}

