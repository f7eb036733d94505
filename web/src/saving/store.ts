/** Texts by key that outlive the tab; where the browser refuses, they live as long as the tab. */
export class KeptTexts {
  private readonly memory = new Map<string, string>();
  private readonly prefix: string;
  private readonly storage: Storage;

  constructor(prefix: string, storage: Storage = localStorage) {
    this.prefix = prefix;
    this.storage = storage;
  }

  get(key: string): string | null {
    return this.memory.get(key) ?? this.storage.getItem(this.prefix + key);
  }

  set(key: string, value: string): void {
    try {
      this.storage.setItem(this.prefix + key, value);
      this.memory.delete(key);
    } catch {
      // Full, or forbidden by the browser's settings: better kept for now than not at all.
      this.memory.set(key, value);
    }
  }

  remove(key: string): void {
    this.memory.delete(key);
    this.storage.removeItem(this.prefix + key);
  }

  keys(): string[] {
    const found = new Set(this.memory.keys());
    for (let at = 0; at < this.storage.length; at++) {
      const key = this.storage.key(at);
      if (key?.startsWith(this.prefix)) found.add(key.slice(this.prefix.length));
    }
    return [...found];
  }
}
