/** @jsxImportSource preact */
import { render } from 'preact';
import { Sidebar } from './pocket/Sidebar';
import { startPocket } from './pocket/start';

startPocket((root, t) => render(<Sidebar t={t} />, root));
