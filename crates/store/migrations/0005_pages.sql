-- Clearing up looks for links that died unused.
CREATE INDEX pending_by_expiry ON pending_sign_up (expires_at) WHERE used_at IS NULL;
