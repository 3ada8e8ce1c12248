// First page of a phone's inner browser: tells the simulator who holds the phone, in the
// frame's own cookies, and goes on. So WeCom's sign-in pages need no choice.
import { post } from './api.js';

const query = new URLSearchParams(location.search);
const to = query.get('to') ?? '';
const who = query.get('member')
  ? { corp: query.get('corp') ?? '', member: query.get('member') }
  : { corp: query.get('corp') ?? '', person: query.get('person') };

const note = document.getElementById('note');
if (/^https?:\/\//.test(to)) {
  post('/_sim/identity', who).then(
    () => location.replace(to),
    (problem) => {
      if (note) note.textContent = problem.message;
    },
  );
} else if (note) {
  note.textContent = `${to}?`;
}
