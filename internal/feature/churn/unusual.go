package churn

// Usual is what a member's days are like: means over the 28 days before.
type Usual struct {
	Own float64 // of the member, a day
	// Peers is that of one colleague of his main department, a day; negative without colleagues.
	Peers float64
}

const (
	// usualDays is how many days before make up what is usual.
	usualDays = 28
	// unusualLeast is how many endings a day must have to be worth a hint: below it chance rules.
	unusualLeast = 5
	// unusualTimes is how many times what is usual a day must have.
	unusualTimes = 3
)

// Exceeded tells whether a day's endings are far more than usual: at least 5, and at least
// three times both the member's own daily mean and that of a colleague. Someone who always
// has many is not pointed at, nor is a whole department on a bad day of many days.
func (u Usual) Exceeded(today int) bool {
	if today < unusualLeast || float64(today) < unusualTimes*u.Own {
		return false
	}
	return u.Peers < 0 || float64(today) >= unusualTimes*u.Peers
}
