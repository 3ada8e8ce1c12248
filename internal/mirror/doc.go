// Package mirror is our copy of what WeCom knows: departments, members, customers,
// follow relations, tags and groups. A row belongs here when a full re-sync could
// rebuild it; what could not belongs to a feature.
//
// It is fed from two sides. Callbacks arrive in the inbox (inbox.go), which verifies,
// decrypts and stores them raw before it answers; a job translates each into changes of
// the rows and into news (translate.go holds the one table of callback kinds). Reading
// from WeCom (refresh.go, sync.go) fills in what callbacks leave out and repairs what
// they missed. Only this package writes the mirror_ tables; features read them freely
// with a Querier, and send what is to change through Mirror.MarkTags and Mirror.Remark.
//
// Callbacks repeat, overtake each other and get lost. Three rules keep the rows true:
//
//   - A callback older than what a row has been told changes nothing. Those of one
//     second are settled together from all that the inbox holds about the pair
//     (standing.go), so that their order of arrival does not matter.
//   - Details always come from WeCom, never from the order of callbacks.
//   - A complete reading ends what it did not see, except what callbacks began while it
//     ran.
//
// News is told once: its id is that of the inbox row (or derived from it), so that a
// replayed callback reaches no listener twice; news that a re-sync found is written in
// the transaction that changes the row. The first sync of a corp is quiet: it tells
// nothing of single rows, because every customer of the corp would be "new".
package mirror
