// What the user is told: errors and notices, until they are dismissed.

export interface Message {
  id: number;
  kind: 'error' | 'notice';
  text: string;
  /** What can be done about it; doing it dismisses the message. */
  action?: MessageAction;
}

export interface MessageAction {
  label: string;
  act: () => void;
}

export class Messages {
  all = $state.raw<Message[]>([]);
  #next = 1;

  error(text: string): void {
    this.#add('error', text);
  }

  notice(text: string, action?: MessageAction): void {
    this.#add('notice', text, action);
  }

  dismiss(id: number): void {
    this.all = this.all.filter((message) => message.id !== id);
  }

  dismissErrors(): void {
    this.all = this.all.filter((message) => message.kind !== 'error');
  }

  /** The same sentence is shown once. */
  #add(kind: Message['kind'], text: string, action?: MessageAction): void {
    const others = this.all.filter((message) => message.text !== text);
    this.all = [...others, { id: this.#next++, kind, text, action }];
  }
}
