import type { ErrorStats } from './stats.js';
import { type Column, Table } from './table.js';

const COLUMNS: readonly Column<ErrorStats>[] = [
  { title: 'Time', text: ({ time }) => new Date(time).toLocaleTimeString('en', { hour12: false }) },
  { title: 'Listener', text: ({ listener }) => listener },
  {
    title: 'Request',
    text: ({ service, method }) => [service ?? '–', ...(method === null ? [] : [method])].join(' · '),
  },
  { title: 'To', text: ({ cluster, host }) => host ?? cluster ?? '–' },
  { title: 'Status', text: ({ status }) => status ?? 'none', badge: () => 'bad' },
  { title: 'Made by', text: ({ reason }) => (reason === null ? 'host' : `proxy: ${reason}`) },
  { title: 'What happened', text: ({ text }) => text },
];

/** The newest requests that did not go well. */
export class ErrorView {
  private readonly table = new Table('Recent errors, the newest first', COLUMNS, 'None so far.');

  get root(): HTMLElement {
    return this.table.root;
  }

  update(errors: readonly ErrorStats[]): void {
    this.table.update(errors, (_error, index) => String(index));
  }
}
