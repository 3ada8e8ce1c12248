/** @jsxImportSource preact */
import { render } from 'preact';
import { CustomerPages } from './pocket/CustomerPages';
import { startPocket } from './pocket/start';

startPocket((root, t) => render(<CustomerPages t={t} path={location.pathname} />, root));
