package transfer

import (
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// evidence is all that is known of an item that waits.
type evidence struct {
	Status   int  // of transfer_result: wecom.TransferDone …; 0 when the item is not listed
	Resigned bool // the old member had left
	Friends  bool // the taker had the customer before
	Age      time.Duration
	// Before: another try of the same customer and members has ended. While WeCom's list lags
	// behind, it may still tell of that one.
	Before bool

	// TakerHas: the taker follows the customer now. TakerGot: and began to by an assignment
	// since the item was sent.
	TakerHas, TakerGot bool
	// GiverHas: the old member, still here, follows the customer. Handed: a callback told
	// that WeCom took the customer from him by a transfer since.
	GiverHas, Handed bool
	// Asked: the four above come from WeCom just now (externalcontact/get), not from the mirror.
	Asked bool
}

// verdict is what follows from it.
type verdict struct {
	State State // Waiting for not yet
	// Ask: the result and the mirror do not agree, or the end is not to be taken on one
	// word: WeCom is to be asked for the customer himself.
	Ask    bool
	Reason string // as it is kept
}

// resultLag is how long WeCom's list of results may go on telling of the try before.
const resultLag = time.Hour

// judge decides what an item has come to. WeCom's results may be late or contradict what
// happened; so an end is believed when a second source says the same, and asked about
// when it says otherwise.
func judge(e evidence) verdict {
	if e.Before && e.Age < resultLag && (e.Status == wecom.TransferRefused || e.Status == wecom.TransferFull) {
		return verdict{State: Waiting} // perhaps the other one's; a refusal of this one a callback tells at once
	}
	switch e.Status {
	case wecom.TransferDone:
		return judgeDone(e)
	case wecom.TransferRefused:
		return judgeEnded(e, Refused, reasonRefused)
	case wecom.TransferFull:
		return judgeEnded(e, Full, reasonFull)
	case wecom.TransferNone, 0:
		if e.Handed || e.TakerGot {
			return verdict{State: Accepted}
		}
		if e.Age < refusalTime+time.Hour {
			return verdict{State: Waiting} // not listed yet
		}
		return judgeEnded(e, Failed, reasonNone)
	}
	switch { // it waits
	case e.Handed:
		return verdict{State: Accepted}
	case e.Age < pollFor:
		return verdict{State: Waiting}
	}
	return judgeEnded(e, Failed, reasonSilent)
}

// judgeDone: done, if the taker has the customer and the old member has not.
func judgeDone(e evidence) verdict {
	switch {
	case e.TakerHas && (e.Resigned || !e.GiverHas):
		return verdict{State: Accepted}
	case !e.Asked:
		return verdict{State: Waiting, Ask: true}
	case e.Age >= pollFor:
		return verdict{State: Failed, Reason: reasonSilent}
	}
	return verdict{State: Waiting}
}

// judgeEnded: ended without success, unless the customer was handed over all the same.
func judgeEnded(e evidence, as State, reason string) verdict {
	switch {
	case e.Handed, e.Asked && e.TakerGot:
		return verdict{State: Accepted}
	case e.Asked && e.Friends && !e.Resigned && e.TakerHas && !e.GiverHas:
		return verdict{State: Accepted}
	case !e.Asked:
		return verdict{State: Waiting, Ask: true}
	}
	return verdict{State: as, Reason: reason}
}
