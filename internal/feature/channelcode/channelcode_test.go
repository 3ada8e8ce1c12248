package channelcode_test

import (
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/channelcode"
	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/feature/welcome"
)

func TestStories(t *testing.T) {
	apptest.Stories(t, "testdata/*.story", channelcode.New, tag.New, welcome.New)
}
