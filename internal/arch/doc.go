// Package arch holds the rules of docs/ARCHITECTURE.md as tests: who may import whom,
// which tables a package may name, how things are called, where time comes from. A rule
// that is only written down is soon broken; these fail and say why they exist.
//
// Each rule is a function over a source tree (an fs.FS), so that the same function that
// judges the repository is shown to fail on an invented tree that breaks it.
package arch
