-- +goose Up

-- Devices that are remembered no longer are removed by it.
CREATE INDEX account_device_expires ON account_device (expires_at);

-- +goose Down
DROP INDEX account_device_expires;
