-- Holds for disputes, and fees that come back.
INSERT INTO "states" ("provider", "kind", "status", "state") VALUES
	('paypal', 'balance', 'T1108', 'fees'),
	('paypal', 'balance', 'T1109', 'fees'),
	('paypal', 'balance', 'T1110', 'disputed'),
	('paypal', 'balance', 'T1111', 'disputed')
ON CONFLICT ("provider", "kind", "status") DO UPDATE SET "state" = excluded."state";
