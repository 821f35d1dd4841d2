"""A WinRM service: authentication, message encryption, SOAP, shells and the HTTP front."""
