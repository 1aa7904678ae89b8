import type { EventOf, fileRefused, fileStored } from '@tidewaiter/contracts';
import { unreachable, WrongState, type Decider } from '@tidewaiter/kernel';

type FileStored = EventOf<typeof fileStored>;
type FileRefused = EventOf<typeof fileRefused>;
export type FileEvent = FileStored | FileRefused;

/** Bytes with a digest, immutable and without meaning. */
export type File = { status: 'none' } | { status: 'stored'; sha256: string } | { status: 'refused'; code: string };

export type FileCommand =
  { type: 'StoreFile'; file: FileStored['data'] } | { type: 'RefuseFile'; refusal: FileRefused['data'] };

function decide(state: File, command: FileCommand): FileEvent[] {
  switch (command.type) {
    case 'StoreFile':
      if (state.status === 'refused')
        throw new WrongState('documents.file.refused', 'this file was refused at the door');
      return state.status === 'stored' ? [] : [{ type: 'FileStored', data: command.file }];
    case 'RefuseFile':
      if (state.status === 'stored')
        throw new WrongState('documents.file.stored', 'this file was accepted at the door');
      return state.status === 'refused' ? [] : [{ type: 'FileRefused', data: command.refusal }];
    default:
      return unreachable(command);
  }
}

function evolve(_state: File, event: FileEvent): File {
  switch (event.type) {
    case 'FileStored':
      return { status: 'stored', sha256: event.data.sha256 };
    case 'FileRefused':
      return { status: 'refused', code: event.data.code };
    default:
      return unreachable(event);
  }
}

export const file: Decider<File, FileCommand, FileEvent> = { initial: { status: 'none' }, decide, evolve };
