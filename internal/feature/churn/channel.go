package churn

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// channelField is the field by which customers are told apart by channel code; its options
// have the codes' ids as values.
const channelField = "channelcode.code"

// Channel is a way by which customers come.
type Channel struct {
	State string `json:"state" doc:"contact way state, for the filter"`
	Name  string `json:"name"`
}

// ChannelList are the channels of which the viewer may know.
type ChannelList struct {
	Items []Channel `json:"items"`
}

// Channels lists the channels for the filter.
func (s *service) Channels(ctx context.Context, _ *struct{}) (*ChannelList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	list := &ChannelList{Items: []Channel{}}
	fields, err := s.asks.Fields(ctx, v)
	for _, f := range fields {
		if f.Key != channelField {
			continue
		}
		for _, o := range f.Options {
			list.Items = append(list.Items, Channel{event.CodeState + o.Value, o.Name})
		}
	}
	return list, err
}

func (s *service) channelNames(ctx context.Context, v viewer.Viewer) (map[string]string, error) {
	list, err := s.Channels(viewer.With(ctx, v), nil)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(list.Items))
	for _, c := range list.Items {
		names[c.State] = c.Name
	}
	return names, nil
}
