import './ui/tokens.css';
import './ui/base.css';
import './ui/ui.css';
import { preferences } from './app/preferences.js';
import { speak } from './words/words.js';

// Constants of the pages hold words: which language they are in stands before the first page is read.
await speak(preferences().language);
await import('./start.js');
