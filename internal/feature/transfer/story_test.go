package transfer_test

import (
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/channelcode"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/feature/home"
	"github.com/queqiao-scrm/queqiao/internal/feature/transfer"
	"github.com/queqiao-scrm/queqiao/internal/feature/welcome"
)

func features() []feature.New {
	return []feature.New{home.New, channelcode.New, welcome.New, customer.New, churn.New, transfer.New}
}

// TestStories plays the stories of this folder.
func TestStories(t *testing.T) {
	apptest.Stories(t, "testdata/*.story", features()...)
}
