"""The environment in which the services of the tests read their settings."""

from typing import Final

ENVIRONMENT: Final = {
    "KAFKA_BOOTSTRAP": "127.0.0.1:1",
    "PUBLIC_URL": "http://lephi.test",
    "RECEIPT_URL": "http://bienlai.lephi.test",
    "OIDC_ISSUER": "http://lephi.test/sso",
    "SESSION_KEY": "session-key-of-the-tests",
    "PARKED_KEY": "parked-key-of-the-tests",
    "LINK_KEY": "link-key-of-the-tests",
    "NPSP_SECRET": "npsp-secret-of-the-tests",
    "BANK_FEED_SECRET": "bank-feed-secret-of-the-tests",
    "VNPAY_URL": "http://127.0.0.1:1/ngan-hang-thu/vnpay/paymentv2/vpcpay.html",
    "VNPAY_QUERY_URL": "http://127.0.0.1:1/ngan-hang-thu/vnpay/merchant_webapi/api/transaction",
    "VNPAY_SECRET": "vnpay-secret-of-the-tests",
    "MOMO_URL": "http://127.0.0.1:1/ngan-hang-thu/momo",
    "MOMO_ACCESS_KEY": "momo-access-key-of-the-tests",
    "MOMO_SECRET_KEY": "momo-secret-key-of-the-tests",
    "ZALOPAY_URL": "http://127.0.0.1:1/ngan-hang-thu/zalopay",
    "ZALOPAY_KEY1": "zalopay-key-1-of-the-tests",
    "ZALOPAY_KEY2": "zalopay-key-2-of-the-tests",
    "NPSP_PARTNER": "LEPHI",
    "NPSP_URL": "http://127.0.0.1:1/ngan-hang-thu/npsp",
    "RECEIPT_FILES_FOLDER": "/nonexistent/receipts",
    "MAIL_URL": "smtp://127.0.0.1:1",
    "SUPPORT_PHONE": "1900 0000",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "MOCK_BANK_CALLBACK_URL": "http://127.0.0.1:1/ipn",
}
"""Made-up values; what a test needs otherwise it passes to the service's Settings itself."""
